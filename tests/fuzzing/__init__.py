"""What people, files and terminals may send, made up by the thousand; nothing of it may end in an error of ours."""
