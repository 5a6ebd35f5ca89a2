"""The formats that databases export, each read by a library made for it."""
