/** The tag of every volume that a cluster's pods ask for; its value is the cluster's name. Daily snapshots are made by it. */
export const volumesOf = 'platform.tekanya.services/volumes-of';
