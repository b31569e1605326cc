"""The rules as torch, optax and Keras compute them."""
