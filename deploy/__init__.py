"""What an operator deploys: region profiles, images, manifests."""
