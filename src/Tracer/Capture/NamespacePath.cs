// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>A file by which a network namespace can be entered, and the namespace's inode.</summary>
public readonly record struct NamespacePath(string Path, uint Netns);
