// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>One reason for a verdict, as one line for people.</summary>
public readonly record struct Evidence(EvidenceKind Kind, string Text);
