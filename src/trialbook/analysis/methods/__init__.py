"""Statistical methods on plain arrays: each gives numbers with their intervals, and knows no trial and no dataset."""
