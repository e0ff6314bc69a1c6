#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/x509_vfy.h>

/* The parameters of an SM2 key; the scalar may be absent. The builder keeps the addresses of what it is given until
   the parameters are made, which Swift's temporaries do not outlive: hence in C. */
static inline OSSL_PARAM *tequ_sm2_parameters(const unsigned char *point, size_t length, const BIGNUM *scalar) {
  OSSL_PARAM *parameters = NULL;
  OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
  if (build != NULL
      && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0)
      && OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, length)
      && (scalar == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar)))
    parameters = OSSL_PARAM_BLD_to_param(build);
  OSSL_PARAM_BLD_free(build);
  return parameters;
}

/* Macros that join others and inline functions are not imported into Swift. */
static const int tequ_evp_pkey_public_key = EVP_PKEY_PUBLIC_KEY;
static const int tequ_evp_pkey_keypair = EVP_PKEY_KEYPAIR;
static inline STACK_OF(X509) *tequ_x509_stack_new(void) { return sk_X509_new_null(); }
static inline int tequ_x509_stack_push(STACK_OF(X509) *stack, X509 *one) {
  return X509_up_ref(one) && sk_X509_push(stack, one);
}
static inline void tequ_x509_stack_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
