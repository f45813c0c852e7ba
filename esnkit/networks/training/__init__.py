"""What training needs, whatever the learner: batches, losses, optimizers, schedules."""
