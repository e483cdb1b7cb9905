"""What every page shares: its frame, style and scripts, its policy, and when a browser wants one."""
