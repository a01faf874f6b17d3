"""The register as collections of features: what each holds, how it is asked, who sees what."""
