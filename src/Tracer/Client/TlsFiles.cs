// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Client;

/// <summary>PEM files for TLS: the authority that signed the daemon, and the client's own certificate and key.</summary>
internal sealed record TlsFiles(string CaPath, string? CertificatePath, string? KeyPath);
