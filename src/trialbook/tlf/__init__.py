"""Tables and figures of the clinical study report (TLF) from results; without results they are shells."""
