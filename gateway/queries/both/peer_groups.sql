select kind, random_outcomes, random_irregular, strength from peer_groups
