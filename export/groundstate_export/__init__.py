"""From a checkpoint to a model package: ONNX, quantisation, and the proof that nothing changed on the way."""
