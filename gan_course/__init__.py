"""Companion package of the course "From GANs to GAN-based style transfer".

Importing it is quick: TensorFlow is loaded by the modules that need it, without its log lines.
"""

__version__ = "0.1.0"
