"""What findings are worth to who reads them: bug, smell or false alarm, read without knowing what the model thought."""
