"""The talent list (人才库): project designers and other experts, by opaque id."""
