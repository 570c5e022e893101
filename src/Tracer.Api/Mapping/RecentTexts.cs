// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Mapping;

/// <summary>
/// Texts made lately, one per slot: few addresses and names make up most of a stream, and a string each would be its largest garbage.
/// For one thread at a time.
/// </summary>
internal sealed class RecentTexts<TKey>(Func<TKey, string> make)
    where TKey : struct, IEquatable<TKey>
{
    private const int Slots = 256;
    private readonly (TKey Key, string? Text)[] _slots = new (TKey, string?)[Slots];

    public string Get(in TKey key)
    {
        ref (TKey Key, string? Text) slot = ref _slots[(uint)key.GetHashCode() % Slots];
        if (slot.Text is null || !slot.Key.Equals(key))
            slot = (key, make(key));
        return slot.Text;
    }
}
