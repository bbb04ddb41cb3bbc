"""Evidence: hash chain, signatures, bundles and their verification."""
