"""Energy terms, their sum, its minimisation and its calibration."""
