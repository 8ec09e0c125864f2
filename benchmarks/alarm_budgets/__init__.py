"""How often unchanged code is reported at each sensitivity."""
