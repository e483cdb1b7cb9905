"""Questions asked within a program, without a server: nothing is recorded, and nobody is told apart."""
