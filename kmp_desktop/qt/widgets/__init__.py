"""Small widgets that every page shares; they know the theme and nothing of records or Kafka."""
