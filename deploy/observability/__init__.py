"""What watches a stack: Prometheus' configuration and alert rules, Grafana's dashboard."""
