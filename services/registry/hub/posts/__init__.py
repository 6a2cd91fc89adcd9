"""Social-worker posts (社工岗位): bought, internal or voluntary, in batches; how many are needed."""
