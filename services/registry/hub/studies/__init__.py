"""Studies (专题政策研究): topic, evidence, recommendations, whom they are for, and the answer."""
