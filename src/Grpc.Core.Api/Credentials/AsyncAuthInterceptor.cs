// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Adds the headers that authenticate one call.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
