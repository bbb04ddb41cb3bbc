"""Planning: plans, their geometry and the checks that say whether they may fly. No sockets, no database."""
