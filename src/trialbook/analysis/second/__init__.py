"""The second path of double programming: each number again, by another library or a direct formula, from other derivations."""
