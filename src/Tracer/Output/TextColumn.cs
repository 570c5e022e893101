// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>One column of a <see cref="TextTable"/>.</summary>
internal readonly record struct TextColumn(string Title, bool AlignRight = false);
