"""Do counterfactuals regain what a classifier loses where labels are scarce?"""
