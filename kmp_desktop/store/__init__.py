"""What is kept on this computer: files and the password store."""
