"""Generated optimizers, one folder per backend: made by ``gen kernels``, not edited by hand."""
