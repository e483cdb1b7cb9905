"""What makes models and measures them: training, fine-tuning, evaluation. The service never imports it."""
