"""Training of the bundled English and Chinese sentence embedder, from nothing to ONNX."""
