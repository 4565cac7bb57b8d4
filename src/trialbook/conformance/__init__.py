"""Conformance: CDISC's rules as data, and CDISC's engine that runs them."""
