"""How things look: pure functions from data to blocks and the fallback text that goes with them."""
