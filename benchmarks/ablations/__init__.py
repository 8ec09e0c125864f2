"""What each part of training is worth: the same short training from one checkpoint, with one thing taken away."""
