"""Parts of reading a web page, one for each subject; `index.sources.web_page` puts them together."""
