"""Times of publishing and updating: from the text of a feed or a page to a moment and its precision."""
