"""What the pages of a charter show, made of its document, the organisation and a moment."""
