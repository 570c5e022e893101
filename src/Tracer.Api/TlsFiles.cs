// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>PEM files for mutual TLS: who the daemon is, and who signs the clients it talks to.</summary>
public sealed record TlsFiles(string CertificatePath, string KeyPath, string ClientCaPath);
