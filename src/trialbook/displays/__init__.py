"""Tables and figures of a clinical study report: what they say (``display``), and how they look in a page, in Word and as SVG."""
