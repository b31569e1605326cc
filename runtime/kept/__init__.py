"""What is kept between steps: state of tensors and of all, and the files that hold it."""
