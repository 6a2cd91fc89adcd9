"""Grade evaluations (等级评估): from enrolment to a grade that is valid for years."""
