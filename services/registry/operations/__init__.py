"""What a hub does through the year: meetings, trainings, tasks, plans, inquiries, reports, visits."""
