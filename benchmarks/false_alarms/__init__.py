"""False alarms of the hard terms, counted on code that works: the standard library and installed packages."""
