//! Words of signing in, accounts and grants.

super::words! {
    in ACCOUNT;
    SIGN_OUT: "退出", "Sign out";
}
