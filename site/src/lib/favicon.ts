/** The mark: the shape of the highest level with a keyhole in it. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><style>path{fill:#14191d}@media (prefers-color-scheme:dark){path{fill:#e9ece8}}</style><path fill-rule="evenodd" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4Zm4.6 5a3.4 3.4 0 0 0-1.6 6.4L9.4 18h5.2l-1-5.6A3.4 3.4 0 0 0 12 6Z"/></svg>
`;
