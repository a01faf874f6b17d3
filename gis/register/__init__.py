"""The register: records, schema, store, boundaries with validity dates."""
