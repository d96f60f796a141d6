"""Bytes in, `Document` out: what stands on the paper, nothing interpreted."""
